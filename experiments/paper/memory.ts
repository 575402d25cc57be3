/** The same function, which makes the answer to a question once. */
export function memory<Question, Answer>(
  make: (question: Question) => Answer,
): (question: Question) => Answer {
  const answers = new Map<string, Answer>();
  return (question) => {
    const key = JSON.stringify(question);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = make(question);
    answers.set(key, answer);
    return answer;
  };
}
